-- E-invoices: XML files of the same subjects as the PDFs. One that breaks a rule is refused, and says why by field.
alter table documents
  drop constraint documents_kind_check,
  add constraint documents_kind_check check (kind in ('invoice_pdf', 'invoice_xml', 'credit_note_pdf',
    'credit_note_xml', 'receipt_pdf', 'receipt_xml')),
  drop constraint documents_status_check,
  add constraint documents_status_check check (status in ('pending', 'ready', 'failed', 'refused')),
  -- The codes of each field, in the form of `error_details`.
  add column refusal jsonb,
  add constraint refused_means_told check ((status = 'refused') = (refusal is not null));

-- What a tax of 0 % is in e-invoices, where its rate alone does not tell: a category of UNCL 5305, and why.
alter table taxes
  add column einvoice_category text check (einvoice_category in ('S', 'Z', 'E', 'AE', 'K', 'G', 'O')),
  add column einvoice_exemption_code text,
  add column einvoice_exemption_reason text,
  -- Anything but S is a tax of nothing.
  add constraint category_fits_rate check (einvoice_category is null or (einvoice_category = 'S') = (rate > 0)),
  add constraint only_exemptions_have_reasons check (coalesce(einvoice_category, 'S') not in ('S', 'Z')
    or (einvoice_exemption_code is null and einvoice_exemption_reason is null));
