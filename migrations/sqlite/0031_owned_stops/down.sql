alter table closures drop column owner;
