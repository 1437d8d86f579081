drop index attempts_begun;
drop table visual_checks;
drop table figures;
drop function visual_checks_stay();
