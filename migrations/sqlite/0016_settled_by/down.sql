drop index differences_settled;
alter table differences drop column settled_by;
