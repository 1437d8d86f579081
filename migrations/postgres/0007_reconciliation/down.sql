drop table corrections;
drop table first_debits;
drop table differences;
drop table daily_results;
drop table daily_files;
drop index attempts_client;
alter table attempts drop column client_index;
