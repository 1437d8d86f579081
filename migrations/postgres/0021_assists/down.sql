drop table assists;
