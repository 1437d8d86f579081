drop table holiday_imports;
drop table closed_days;
alter table institutions drop column successor_code;
alter table institutions drop column retired_reason;
