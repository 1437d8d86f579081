alter table outages drop column agreed_until;
