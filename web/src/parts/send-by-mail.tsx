import type { ReactElement } from 'react'
import { Confirm } from './dialog.tsx'
import type { MenuItem } from './menu.tsx'

/** The item of a menu that sends a document to its customer, or says why it cannot. */
export const sendItem = (parts: {
  readonly email: string | null
  readonly refusal?: string | undefined
  readonly onSelect: () => void
}): MenuItem => ({
  label: 'Send by e-mail',
  icon: 'mail',
  refusal: parts.refusal ?? (parts.email ? undefined : 'The customer has no e-mail address.'),
  onSelect: parts.onSelect,
})

/** Asks before a document goes to its customer once more. */
export function SendByMail(props: {
  /** Of the document: `/invoices/…`. */
  readonly path: string
  readonly name: string
  readonly email: string
  readonly onClose: () => void
}): ReactElement {
  const { path, name, email, onClose } = props
  return (
    <Confirm
      title={`Send ${name} by e-mail?`}
      isOpen
      onClose={onClose}
      verb="Send e-mail"
      write={{ method: 'POST', path: `${path}/resend_email` }}
      done="The e-mail is being sent."
    >
      <p>
        It goes to <strong>{email}</strong> with the document, in the language of the customer. What becomes
        of it is noted in the activity.
      </p>
    </Confirm>
  )
}
