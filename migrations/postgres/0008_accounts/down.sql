drop table staff_sessions;
drop table ways_in;
drop table ceremonies;
drop table passkeys;
drop table staff_trainings;
drop table staff_roles;
drop table staff;
