"""Old issues and single documents brought in: from a PDF or a text to a draft that a person reviews.

What is found is proposed, never decided: what is unsure carries 待核 and is not published until a
person has taken that off. Pure but for `gazette.intake.bring`, which reads and writes files.
"""
