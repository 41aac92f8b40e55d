import { useMutation } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import type { ApiProblem } from '../../api/client.ts'
import { send } from '../../api/client.ts'
import { OWN_API } from '../../api/queries.ts'
import { formatTime } from '../../format/dates.ts'
import { Button, CopyButton } from '../../parts/button.tsx'
import { Dialog, ProblemLine } from '../../parts/dialog.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { PasswordDialog } from '../keys/password-dialog.tsx'

type Secrets = {
  readonly secret: string
  readonly next_secret: string | null
  readonly secret_until: string | null
}

const OVERLAPS = [
  { hours: 0, label: 'Now' },
  { hours: 1, label: 'In an hour' },
  { hours: 24, label: 'In 24 hours' },
  { hours: 48, label: 'In 48 hours' },
  { hours: 168, label: 'In 7 days' },
] as const

/** The secret that signs messages: shown to whoever gives the password, and made anew. */
export function WebhookSecret(): ReactElement {
  const [overlap, setOverlap] = useState<number | null>(null)
  const toasts = useToasts()
  const write = useMutation<Secrets, ApiProblem, number | null>({
    mutationFn: async (hours) => {
      const [verb, body] =
        hours === null ? ['reveal', undefined] : ['rotate', { webhook_secret: { overlap_hours: hours } }]
      const path = `${OWN_API}/webhook_secret/${verb}`
      return (await send<{ webhook_secret: Secrets }>('POST', path, body)).webhook_secret
    },
    onSuccess: (_, hours) => {
      setOverlap(null)
      if (hours !== null) toasts.success('A new secret was made.')
    },
  })
  const { data, error } = write
  return (
    <>
      <Button icon="key" isBusy={write.isPending && overlap === null} onClick={() => write.mutate(null)}>
        Signing secret
      </Button>
      <PasswordDialog problem={error} onConfirmed={() => write.mutate(overlap)} />
      {data && overlap === null && (
        <Shown secrets={data} onClose={write.reset} onRotate={() => setOverlap(24)} />
      )}
      {overlap !== null && (
        <Rotate
          hours={overlap}
          onChoose={setOverlap}
          onClose={() => setOverlap(null)}
          onAgree={() => write.mutate(overlap)}
          isBusy={write.isPending}
          problem={error?.code === 'password_confirmation_required' ? null : error}
        />
      )}
    </>
  )
}

function Shown(props: {
  readonly secrets: Secrets
  readonly onClose: () => void
  readonly onRotate: () => void
}): ReactElement {
  const { secret, next_secret: next, secret_until: until } = props.secrets
  return (
    <Dialog
      title="Signing secret"
      isOpen
      onClose={props.onClose}
      isWide
      actions={
        <>
          <Button icon="subscription" onClick={props.onRotate}>
            Make a new one
          </Button>
          <span className="grow" />
          <Button kind="primary" onClick={props.onClose}>
            Done
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>
          Endpoints with HMAC check that messages come from Weir: <code>X-Lago-Signature</code> is the base64
          of the HMAC-SHA256 of the body with this secret.
        </p>
        <Secret value={secret} label={next === null ? 'Secret' : 'Secret until then'} />
        {next !== null && (
          <>
            <p className="notice notice-info">
              Until {formatTime(until)} messages are signed with both secrets, the new one in{' '}
              <code>X-Weir-Next-Signature</code>. From then on only the new one counts.
            </p>
            <Secret value={next} label="New secret" />
          </>
        )}
      </div>
    </Dialog>
  )
}

function Secret({ value, label }: { readonly value: string; readonly label: string }): ReactElement {
  return (
    <div className="stack-tight">
      <span className="caption">{label}</span>
      <span className="secret">
        <code data-testid={label}>{value}</code>
        <CopyButton text={value} label={`Copy: ${label}`} />
      </span>
    </div>
  )
}

function Rotate(props: {
  readonly hours: number
  readonly onChoose: (hours: number) => void
  readonly onClose: () => void
  readonly onAgree: () => void
  readonly isBusy: boolean
  readonly problem: ApiProblem | null
}): ReactElement {
  return (
    <Dialog
      title="Make a new signing secret?"
      isOpen
      onClose={props.onClose}
      actions={
        <>
          <span className="grow" />
          <Button onClick={props.onClose} autoFocus>
            Cancel
          </Button>
          <Button kind="danger" onClick={props.onAgree} isBusy={props.isBusy}>
            Make a new secret
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>
          It is for all endpoints. Give your receivers the new secret before the present one ends; one that
          was replaced earlier ends at once.
        </p>
        <div className="field">
          <label htmlFor="overlap">The present secret ends</label>
          <select
            id="overlap"
            className="input"
            value={props.hours}
            onChange={(event) => props.onChoose(Number(event.target.value))}
          >
            {OVERLAPS.map(({ hours, label }) => (
              <option key={hours} value={hours}>
                {label}
              </option>
            ))}
          </select>
        </div>
        {props.problem && <ProblemLine problem={props.problem} />}
      </div>
    </Dialog>
  )
}
