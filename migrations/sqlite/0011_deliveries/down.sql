drop table delivery_downloads;
drop table delivery_items;
drop table deliveries;
drop table layout_versions;
drop table result_outbox;
