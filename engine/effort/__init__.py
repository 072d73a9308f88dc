"""What objects cost a person: keys, seconds and corrections, by the tool that made them.

deeds    what was done with objects of one tool, and what a commit did      collect  from actions and commits to deeds
log      deeds kept in the user's state folder, for each annotation file    tally    from deeds to a table
"""
