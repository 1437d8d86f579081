alter table inquiry_files drop column is_shown;
alter table inquiries drop column linked_by;
alter table inquiries drop column answered_late;
