import type { ReactElement } from 'react'
import type { Invoice } from '../../api/types.ts'
import { DocumentDialog, fileBy } from '../../parts/document-dialog.tsx'

/** The PDF of an invoice, in the page. */
export function PdfDialog(props: { readonly invoice: Invoice; readonly onClose: () => void }): ReactElement {
  const { lago_id: id, number, version_number, updated_at } = props.invoice
  return (
    <DocumentDialog
      title={number}
      version={`${id} ${version_number} ${updated_at}`}
      find={fileBy(`/invoices/${id}`, 'invoice')}
      onClose={props.onClose}
    />
  )
}
