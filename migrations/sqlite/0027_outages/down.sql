drop table outage_steps;
drop table outages;
