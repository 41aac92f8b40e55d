import { type FormEvent, type ReactElement, useState } from 'react'
import { textOfField } from '../../api/problem-texts.ts'
import { OWN_API, useWrite } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { PortalSettings } from '../../api/types.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { Button, CopyButton } from '../../parts/button.tsx'
import { ProblemLine } from '../../parts/dialog.tsx'
import { Card, Facts } from '../../parts/page.tsx'

const PATH = `${OWN_API}/portal_settings`

/** The host at which customers find the portal, and the record that proves whose it is. */
export function PortalDomain({ settings }: { readonly settings: PortalSettings }): ReactElement {
  const may = useMay()
  const { mutate, error, isPending } = useWrite()
  const [typed, setTyped] = useState(settings.domain ?? '')
  const domain = typed.trim() === '' ? null : typed.trim()
  const write = {
    method: 'PUT',
    path: PATH,
    body: { portal_settings: { parts: settings.parts, domain } },
  } as const
  if (!may('organization:update')) {
    return (
      <Card title="Domain">
        <Facts facts={[['Domain', settings.domain ?? 'That of this installation']]} />
      </Card>
    )
  }
  const refused = error?.details.domain
  const { domain_record_name: record, domain_record_value: value } = error?.texts ?? {}
  const save = (event: FormEvent) => {
    event.preventDefault()
    mutate(write)
  }
  return (
    <Card title="Domain" aside={<ApiCallButton write={write} />}>
      <form className="stack" onSubmit={save} noValidate>
        <div className="field">
          <label htmlFor="portal-domain">Domain of the portal</label>
          <input
            id="portal-domain"
            className="input input-code"
            value={typed}
            placeholder="billing.example.com"
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
            aria-invalid={refused ? true : undefined}
            aria-describedby={refused ? 'portal-domain-help portal-domain-error' : 'portal-domain-help'}
          />
          <p id="portal-domain-help" className="help">
            Links to the portal lead there. It has to point to {window.location.hostname}, with a certificate
            of its own. Empty for the address of this installation.
          </p>
          {refused && (
            <p id="portal-domain-error" className="field-error" role="alert">
              {textOfField('domain', refused)}
            </p>
          )}
        </div>
        {record && value && (
          <div className="notice notice-info stack">
            <p>
              To prove that the domain is yours, add a TXT record and save again. Name servers may need a
              while to tell of it.
            </p>
            <Facts
              facts={[
                ['Name', <Record key="name" text={record} label="Copy the name" />],
                ['Value', <Record key="value" text={value} label="Copy the value" />],
              ]}
            />
          </div>
        )}
        {error && !refused && <ProblemLine problem={error} />}
        <div>
          <Button type="submit" isBusy={isPending} disabled={domain === settings.domain}>
            Save domain
          </Button>
        </div>
      </form>
    </Card>
  )
}

function Record({ text, label }: { readonly text: string; readonly label: string }): ReactElement {
  return (
    <span className="line">
      <code className="look-record">{text}</code>
      <CopyButton text={text} label={label} />
    </span>
  )
}
