drop table outage_steps;
drop table outages;
drop function outage_steps_stay();
