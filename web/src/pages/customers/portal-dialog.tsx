import type { ReactElement } from 'react'
import { OWN_API, useRead } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Customer } from '../../api/types.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { Code } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Loaded } from '../../parts/states.tsx'

type Answer = { readonly customer: { readonly portal_url: string } }
type Props = { readonly customer: Customer; readonly isOpen: boolean; readonly onClose: () => void }

/** Two ways into the portal of a customer: to look at it, and a link for the customer. */
export function PortalDialog({ customer, isOpen, onClose }: Props): ReactElement {
  return (
    <Dialog title="Customer portal" isOpen={isOpen} onClose={onClose}>
      {isOpen && <Links externalId={customer.external_id} />}
    </Dialog>
  )
}

function Links({ externalId }: { readonly externalId: string }): ReactElement {
  const may = useMay()
  const path = `/customers/${encodeURIComponent(externalId)}`
  const look = useRead<Answer>(`${OWN_API}${path}/portal_view_url`)
  const link = useRead<Answer>(`${path}/portal_url`, {}, { enabled: may('customers:update') })
  return (
    <div className="stack">
      <div className="stack-tight">
        <h3>What the customer sees</h3>
        <p className="muted">You can look at everything and change nothing.</p>
        <Loaded query={look}>
          {(answer) => (
            <p>
              <a href={answer.customer.portal_url} target="_blank" rel="noopener noreferrer">
                Open the portal in a new tab
              </a>
            </p>
          )}
        </Loaded>
      </div>
      {may('customers:update') && (
        <div className="stack-tight">
          <h3>A link for the customer</h3>
          <p className="muted">
            It works for 12 hours. Whoever has it can pay, buy credits and change details in the customer's
            name.
          </p>
          <Loaded query={link}>{(answer) => <Code text={answer.customer.portal_url} />}</Loaded>
          <p className="line">
            <ApiCallButton write={{ method: 'GET', path: `${path}/portal_url` }} />
          </p>
        </div>
      )}
    </div>
  )
}
