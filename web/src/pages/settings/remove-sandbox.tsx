import { useMutation } from '@tanstack/react-query'
import { type ReactElement, useId, useState } from 'react'
import { type ApiProblem, send } from '../../api/client.ts'
import { OWN_API } from '../../api/queries.ts'
import { useMay, useOrganization } from '../../api/session.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { Button } from '../../parts/button.tsx'
import { Dialog, ProblemLine } from '../../parts/dialog.tsx'
import { Card } from '../../parts/page.tsx'

/** A sandbox can be removed with everything in it; a live organization cannot. */
export function RemoveSandbox(): ReactElement | null {
  const may = useMay()
  const { is_sandbox, name } = useOrganization()
  const [isAsking, ask] = useState(false)
  if (!is_sandbox || !may('organization:delete')) return null
  return (
    <Card
      title="Sample data"
      aside={
        <Button kind="danger" onClick={() => ask(true)}>
          Remove sample data
        </Button>
      }
    >
      <p className="muted">
        This removes the sandbox “{name}” with everything in it, and nothing else: your other organizations
        stay as they are.
      </p>
      {isAsking && <RemovalDialog onClose={() => ask(false)} />}
    </Card>
  )
}

function RemovalDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { name, slug } = useOrganization()
  const [typed, setTyped] = useState('')
  const id = useId()
  const write = { method: 'DELETE', path: `${OWN_API}/sandboxes/${encodeURIComponent(slug)}` } as const
  const removal = useMutation<unknown, ApiProblem>({
    mutationFn: () => send(write.method, write.path),
    // Nothing on screen exists any more: the dashboard begins anew in another organization.
    onSuccess: () => location.assign('/'),
  })
  const actions = (
    <>
      <ApiCallButton write={write} />
      <span className="grow" />
      <Button onClick={onClose} autoFocus>
        Cancel
      </Button>
      <Button
        kind="danger"
        onClick={() => removal.mutate()}
        isBusy={removal.isPending || removal.isSuccess}
        disabled={typed !== slug}
      >
        Remove sandbox
      </Button>
    </>
  )
  return (
    <Dialog title={`Remove the sandbox “${name}”?`} isOpen onClose={onClose} actions={actions}>
      <div className="stack">
        <p>
          Its customers, plans, events, invoices, documents, API keys and members are deleted, and cannot be
          brought back. Only this sandbox is removed; no other organization changes.
        </p>
        <div className="field">
          <label htmlFor={id}>
            Type <code>{slug}</code> to go on
          </label>
          <input id={id} className="input" value={typed} onChange={(event) => setTyped(event.target.value)} />
        </div>
        {removal.error && <ProblemLine problem={removal.error} />}
      </div>
    </Dialog>
  )
}
