import { type ReactElement, useState } from 'react'
import { OWN_API } from '../../api/queries.ts'
import { Button, Code } from '../../parts/button.tsx'
import { ChecksField } from '../../parts/checks-field.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { FieldFrame } from '../../parts/fields.tsx'
import { FormPage, useForm } from '../../parts/form.tsx'
import { type Options, rowsOf } from '../../parts/options.tsx'
import { TagsInput } from '../../parts/tags-field.tsx'
import { useToasts } from '../../parts/toast.tsx'
import type { Invitation, Member, Role } from './team.ts'

const optionsOf = (roles: Options<Role>) =>
  rowsOf(roles).map(({ code, name }) => ({ value: code, label: name }))

type InviteValues = { emails: readonly string[]; roles: readonly string[] }

/** Invites people; their links are shown once. */
export function Invite(props: { readonly roles: Options<Role>; readonly onClose: () => void }): ReactElement {
  const { roles, onClose } = props
  const [made, setMade] = useState<readonly Invitation[]>([])
  const form = useForm<InviteValues>({
    initial: { emails: [], roles: [] },
    check: (values) => ({
      emails: values.emails.length === 0 ? 'Enter at least one address.' : undefined,
      roles: values.roles.length === 0 ? 'Choose at least one role.' : undefined,
    }),
    toWrite: (values) => ({
      method: 'POST',
      path: `${OWN_API}/invitations`,
      body: { invitation: values },
    }),
    onDone: (answer) => setMade((answer as { invitations: readonly Invitation[] }).invitations),
  })
  if (made.length > 0) return <InvitationLink invitations={made} onClose={onClose} />
  return (
    <Dialog title="Invite people" isOpen onClose={onClose} isWide>
      <FormPage
        form={form}
        verb="Invite"
        onCancel={onClose}
        effect="Each gets a link of their own: by mail where Weir sends mails, else from you."
      >
        <div className="form-fields">
          <FieldFrame
            id="field-emails"
            label="E-mail addresses"
            isRequired
            help="Enter or a comma adds one."
            error={form.errorOf('emails')}
          >
            <TagsInput
              id="field-emails"
              label="E-mail addresses"
              values={form.values.emails}
              onChange={(emails) => form.set('emails', emails)}
              placeholder="ada@example.com"
            />
          </FieldFrame>
          <ChecksField
            name="roles"
            label="Roles"
            options={optionsOf(roles)}
            from={{ asked: roles, what: 'roles' }}
          />
        </div>
      </FormPage>
    </Dialog>
  )
}

/** The links of invitations that were just made. */
export function InvitationLink(props: {
  readonly invitations: readonly Invitation[]
  readonly onClose: () => void
}): ReactElement {
  const areMailed = props.invitations.every(({ is_mailed }) => is_mailed)
  return (
    <Dialog
      title={areMailed ? 'The invitations are on their way' : 'Send these links'}
      isOpen
      onClose={props.onClose}
      isWide
      actions={
        <Button kind="primary" onClick={props.onClose}>
          {areMailed ? 'Done' : 'I have sent them'}
        </Button>
      }
    >
      <div className="stack">
        <p className="notice notice-info">Each link is shown only now, and works for one person.</p>
        {props.invitations.map(({ id, email, url, is_mailed }) => (
          <div key={id} className="stack-tight">
            <strong>{is_mailed ? `${email} gets a mail` : email}</strong>
            <Code text={url ?? ''} />
          </div>
        ))}
      </div>
    </Dialog>
  )
}

/** Gives a member other roles. */
export function ChangeRoles(props: {
  readonly member: Member
  readonly roles: Options<Role>
  readonly onClose: () => void
}): ReactElement {
  const { member, roles, onClose } = props
  const toasts = useToasts()
  const form = useForm({
    initial: { roles: member.roles },
    check: (values) => ({
      roles: values.roles.length === 0 ? 'Choose at least one role.' : undefined,
    }),
    toWrite: (values) => ({
      method: 'PUT',
      path: `${OWN_API}/members/${member.id}`,
      body: { member: { roles: values.roles } },
    }),
    onDone: () => {
      toasts.success('The roles were changed.')
      onClose()
    },
  })
  return (
    <Dialog title={`Roles of ${member.email}`} isOpen onClose={onClose}>
      <FormPage form={form} verb="Save roles" onCancel={onClose} effect="It counts from the next click on.">
        <div className="form-fields">
          <ChecksField
            name="roles"
            label="Roles"
            help="What several roles allow adds up."
            options={optionsOf(roles)}
            from={{ asked: roles, what: 'roles' }}
          />
        </div>
      </FormPage>
    </Dialog>
  )
}
