alter table exports drop column refusal;
