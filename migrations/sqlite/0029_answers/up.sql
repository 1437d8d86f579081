-- Whether an answer came after its time is known when it is given; a due time that begins anew says nothing of it.
alter table inquiries add column answered_late boolean not null default false;
update inquiries set answered_late = true where answered_at > due_at;
-- Who says that the application is the one that is meant; null: the form named it, and nobody has looked.
alter table inquiries add column linked_by text;
update inquiries set linked_by = made_by where source <> 'web' and application_id is not null;
update inquiries set linked_by = (
    select max(e.actor) from inquiry_events e
    where e.inquiry_id = inquiries.id and e.what = 'linked' and e.detail = 'application/' || inquiries.application_id
) where source = 'web' and application_id is not null;
-- Whether the citizen sees the file, too.
alter table inquiry_files add column is_shown boolean not null default false;
update inquiry_files set is_shown = true where added_by = 'applicant';
