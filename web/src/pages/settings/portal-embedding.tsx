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

/** The origins of a text, one in a line; empty lines do not count. */
const originsOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** What a page has to say to show the portal; the link of its customer is put in by the server that makes the page. */
function snippetOf(domain: string | null): string {
  const { protocol, host, port } = window.location
  const place = domain === null ? host : `${domain}${port === '' ? '' : `:${port}`}`
  return [
    `<script src="${protocol}//${place}/portal/embed.js" async></script>`,
    '<weir-portal src="PORTAL_URL"></weir-portal>',
  ].join('\n')
}

/** Whose pages may show the portal in a frame, and how they do it. */
export function PortalEmbedding({ settings }: { readonly settings: PortalSettings }): ReactElement {
  const may = useMay()
  const origins = settings.embedding_origins
  const { mutate, error, isPending } = useWrite()
  const [typed, setTyped] = useState(origins.join('\n'))
  const given = originsOf(typed)
  const write = {
    method: 'PUT',
    path: PATH,
    body: { portal_settings: { parts: settings.parts, embedding_origins: given } },
  } as const
  if (!may('organization:update')) {
    return (
      <Card title="Embedding">
        <Facts facts={[['Sites that may embed the portal', origins.join(', ') || 'None']]} />
      </Card>
    )
  }
  const refused = error?.details.embedding_origins
  const save = (event: FormEvent) => {
    event.preventDefault()
    mutate(write)
  }
  return (
    <Card title="Embedding" aside={<ApiCallButton write={write} />}>
      <div className="stack">
        <form className="stack" onSubmit={save} noValidate>
          <div className="field">
            <label htmlFor="portal-origins">Sites that may embed the portal</label>
            <textarea
              id="portal-origins"
              className="input input-code"
              rows={Math.min(Math.max(3, given.length + 1), 10)}
              value={typed}
              placeholder="https://app.example.com"
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setTyped(event.target.value)}
              aria-invalid={refused ? true : undefined}
              aria-describedby={refused ? 'portal-origins-help portal-origins-error' : 'portal-origins-help'}
            />
            <p id="portal-origins-help" className="help">
              Their origins, one in a line. Browsers show the portal in a frame there and nowhere else; empty
              for nowhere.
            </p>
            {refused && (
              <p id="portal-origins-error" className="field-error" role="alert">
                {textOfField('embedding_origins', refused)}
              </p>
            )}
          </div>
          {error && !refused && <ProblemLine problem={error} />}
          <div>
            <Button type="submit" isBusy={isPending} disabled={given.join() === origins.join()}>
              Save sites
            </Button>
          </div>
        </form>
        {origins.length > 0 && <Snippet text={snippetOf(settings.domain)} />}
      </div>
    </Card>
  )
}

function Snippet({ text }: { readonly text: string }): ReactElement {
  return (
    <div className="stack-tight">
      <div className="line-between">
        <p className="muted">
          On a page of these sites, with the <code>portal_url</code> of the customer who looks at it. Your
          server asks for it by the API.
        </p>
        <CopyButton text={text} label="Copy the snippet" />
      </div>
      <pre className="code-block" tabIndex={0} role="region" aria-label="Snippet that embeds the portal">
        {text}
      </pre>
    </div>
  )
}
