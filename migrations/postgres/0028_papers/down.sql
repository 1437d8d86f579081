drop table papers;
drop function fixed_papers_stay();
