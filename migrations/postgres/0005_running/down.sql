drop index jobs_finished;
drop index jobs_dead;
drop table backups;
drop table probes;
drop table alarms;
drop table schedule_slots;
drop table schedule_leader;
drop table world_marker;
