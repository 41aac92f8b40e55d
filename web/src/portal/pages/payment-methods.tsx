import { type ReactElement, useEffect, useRef, useState } from 'react'
import type { OwnMethod } from '../../api/types.ts'
import { useRead, useWrite } from '../api.ts'
import { useSay } from '../language.ts'
import { Button, Card, Loaded, OpenButton, Page, ProblemLine, Status } from '../parts.tsx'
import { useSession } from '../session.ts'

/** How the customer pays. A new method is added on a page of the provider. */
export function PaymentMethods(): ReactElement {
  const say = useSay()
  const { can_pay, is_view_only } = useSession()
  const read = useRead<{ payment_methods: readonly OwnMethod[] }>('/payment_methods')
  return (
    <Page
      title={say('paymentMethods')}
      action={
        can_pay &&
        !is_view_only && (
          <OpenButton path="/payment_methods/setup_url" label={say('addMethod')} kind="primary" />
        )
      }
    >
      <Card>
        <Loaded read={read}>
          {({ payment_methods: methods }) => (
            <>
              {methods.length === 0 && <p className="muted">{say('noMethods')}</p>}
              <ul className="portal-list">
                {methods.map((method) => (
                  <Method key={method.id} method={method} />
                ))}
              </ul>
            </>
          )}
        </Loaded>
      </Card>
    </Page>
  )
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

/** What people call it: "Visa •••• 4242". */
function nameOf({ brand, last4, method_kind: kind }: OwnMethod): string {
  const name = capital((brand ?? kind).replaceAll('_', ' '))
  return last4 === null ? name : `${name} •••• ${last4}`
}

function Method({ method }: { readonly method: OwnMethod }): ReactElement {
  const say = useSay()
  const { is_view_only } = useSession()
  const [isAsking, setAsking] = useState(false)
  const { run, isBusy, problem } = useWrite()
  const name = nameOf(method)
  const { expiration_month: month, expiration_year: year } = method
  return (
    <li className="line-between">
      <div>
        <h2 className="portal-method">{name}</h2>
        <p className="line muted">
          {month && year && <span>{say('validUntil', { date: `${month.padStart(2, '0')}/${year}` })}</span>}
          {method.is_default && <Status tone="success">{say('default')}</Status>}
        </p>
        {problem && <ProblemLine problem={problem} />}
      </div>
      {!is_view_only && (
        <div className="line">
          {!method.is_default && (
            <Button
              isBusy={isBusy}
              aria-label={`${say('makeDefault')}: ${name}`}
              onClick={() => void run('PUT', `/payment_methods/${method.id}/set_as_default`)}
            >
              {say('makeDefault')}
            </Button>
          )}
          <Button aria-label={`${say('remove')}: ${name}`} onClick={() => setAsking(true)}>
            {say('remove')}
          </Button>
        </div>
      )}
      {isAsking && (
        <Ask
          name={name}
          onClose={() => setAsking(false)}
          onYes={() => {
            setAsking(false)
            void run('DELETE', `/payment_methods/${method.id}`)
          }}
        />
      )}
    </li>
  )
}

/** Asks before a method is removed; the browser keeps the focus inside and closes on Escape. */
function Ask(props: {
  readonly name: string
  readonly onClose: () => void
  readonly onYes: () => void
}): ReactElement {
  const say = useSay()
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (!ref.current?.open) ref.current?.showModal()
  }, [])
  return (
    <dialog ref={ref} className="portal-dialog" aria-labelledby="ask" onClose={props.onClose}>
      <h2 id="ask">{say('removeAsk', { name: props.name })}</h2>
      <div className="line">
        <Button autoFocus onClick={() => ref.current?.close()}>
          {say('cancel')}
        </Button>
        <Button kind="danger" onClick={props.onYes}>
          {say('remove')}
        </Button>
      </div>
    </dialog>
  )
}
