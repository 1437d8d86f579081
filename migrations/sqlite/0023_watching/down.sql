drop table visual_checks;
drop table figures;
