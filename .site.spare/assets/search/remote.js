const PATIENCE=20000;export class Remote{constructor(worker){this.worker=worker;this.last=0;this.waiting=new Map();worker.addEventListener("message",({data:{id,result,error}})=>{const caller=this.waiting.get(id);this.waiting.delete(id);if(caller)error===undefined?caller.resolve(result):caller.reject(new Error(error));});worker.addEventListener("error",()=>this.fail());}
fail(){for(const{reject}of this.waiting.values())reject(new Error("worker"));this.waiting.clear();}
call(name,...args){return new Promise((resolve,reject)=>{this.waiting.set(++this.last,{resolve,reject});this.worker.postMessage({id:this.last,name,args});});}
warm(){return this.call("warm");}
ask(question,count){return this.call("ask",question,count);}
more(count){return this.call("more",count);}
counts(name){return this.call("counts",name);}
suggest(text){return this.call("suggest",text);}}
export function open(address,manifest){return new Promise((resolve,reject)=>{const worker=new Worker(new URL("./worker.js",import.meta.url),{type:"module"});const give=(event)=>{clearTimeout(timer);worker.terminate();reject(new Error(`worker: ${event.type}`));};const timer=setTimeout(()=>give(new Event("timeout")),PATIENCE);worker.addEventListener("error",give,{once:true});worker.addEventListener("message",async()=>{clearTimeout(timer);worker.removeEventListener("error",give);const remote=new Remote(worker);await remote.call("open",address,manifest);resolve(remote);},{once:true});});}
