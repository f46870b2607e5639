import{Index,LoadError}from"./index.js";import{Search,stateOn}from"./query.js";export class Session{constructor(address,manifest){this.address=address;this.given=manifest;this.index=new Index(address,manifest);this.search=null;this.on="";}
warm(){return this.index.ready();}
async ask({query,filters,sort,on},count){const search=new Search(this.index,query,filters,sort,on);this.search=search;this.on=on;try{return this.answer(search,await search.more(count));}catch(error){this.index=new Index(this.address);if(!this.given)throw error;this.given=undefined;return this.ask({query,filters,sort,on},count);}}
async more(count){const search=(this.search);return this.answer(search,await search.more(count));}
answer(search,hits){const{missing,suggestions,total,exact,plan,kept}=search;return{hits:hits.map((hit)=>({...hit,passage:{...hit.passage,text:""},validity:this.on?stateOn(hit.passage.validity,this.on):""})),total,exact,more:search.waiting.length>0||!(search.done||(exact&&kept>=total)),relaxed:!!plan&&plan.wordsMatch==="relaxed"&&total>0,suggestions,missing:missing&&{number:missing.number,neighbours:missing.neighbours.map(({title,number,url})=>({title,number,url})),},};}
async counts(name){if(this.search&&this.search.plan)return this.search.counts(name);const every=new Search(this.index,"",{kind:""},"date",this.on);await this.index.ready();every.plan=({own:[],exact:[],words:this.index.isPage.map((_,entry)=>entry)});return every.counts(name);}
async suggest(text){return(await import("./suggest.js")).suggest(this.index,text);}}
export{LoadError};
