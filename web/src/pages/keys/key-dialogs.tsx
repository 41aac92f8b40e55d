import { type ReactElement, useId, useState } from 'react'
import { OWN_API, useWrite } from '../../api/queries.ts'
import type { ApiKey } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { Confirm, Dialog, ProblemLine } from '../../parts/dialog.tsx'
import { NewValue } from './new-value.tsx'
import { PasswordDialog } from './password-dialog.tsx'

const HOUR_MS = 3_600_000

const OVERLAPS = [
  ['0', 'now'],
  ['1', 'in 1 hour'],
  ['24', 'in 24 hours'],
  ['48', 'in 48 hours'],
  ['168', 'in 7 days'],
] as const

type DialogProps = { readonly apiKey: ApiKey; readonly onClose: () => void }

/** Replaces a key by a new one; the old one may go on for a while. */
export function RotateKey({ apiKey, onClose }: DialogProps): ReactElement {
  const [hours, setHours] = useState('24')
  const [value, setValue] = useState<string | null>(null)
  const { mutate, error, isPending } = useWrite<{ api_key: { value: string } }>()
  const id = useId()
  const rotate = () => {
    const expires_at = hours === '0' ? null : new Date(Date.now() + Number(hours) * HOUR_MS).toISOString()
    const write = {
      method: 'POST',
      path: `${OWN_API}/api_keys/${apiKey.lago_id}/rotate`,
      body: { api_key: { name: apiKey.name, expires_at } },
    } as const
    mutate(write, { onSuccess: (answer) => setValue(answer.api_key.value) })
  }
  if (value) return <NewValue value={value} onClose={onClose} />
  const isOther = error && error.code !== 'password_confirmation_required'
  return (
    <>
      <Dialog
        title={`Rotate ${apiKey.name || 'the key'}?`}
        isOpen
        onClose={onClose}
        actions={
          <>
            <span className="grow" />
            <Button onClick={onClose} autoFocus>
              Cancel
            </Button>
            <Button kind="primary" onClick={rotate} isBusy={isPending}>
              Rotate key
            </Button>
          </>
        }
      >
        <div className="stack">
          <p>
            A new key is made with the same permissions. Programs that use the old one must get the new one in
            time.
          </p>
          <div className="field">
            <label htmlFor={id}>The old key ends</label>
            <select
              id={id}
              className="input"
              value={hours}
              onChange={(event) => setHours(event.target.value)}
            >
              {OVERLAPS.map(([each, label]) => (
                <option key={each} value={each}>
                  {label}
                </option>
              ))}
            </select>
          </div>
          {isOther && <ProblemLine problem={error} />}
        </div>
      </Dialog>
      <PasswordDialog problem={error} onConfirmed={rotate} />
    </>
  )
}

const WEEK_MS = 7 * 24 * HOUR_MS

/** Ends a key at once. */
export function DeleteKey({ apiKey, onClose }: DialogProps): ReactElement {
  const name = apiKey.name || apiKey.last_characters
  const isUsed = apiKey.last_used_at !== null && Date.now() - Date.parse(apiKey.last_used_at) < WEEK_MS
  return (
    <Confirm
      title={`Delete the key ${name}?`}
      isOpen
      onClose={onClose}
      verb="Delete key"
      isDangerous
      write={{ method: 'DELETE', path: `${OWN_API}/api_keys/${apiKey.lago_id}` }}
      mustType={isUsed ? name : undefined}
      done="The key was deleted."
    >
      <p>
        Programs that use it are refused from now on.{' '}
        {isUsed ? 'It was used in the last seven days.' : 'It was not used in the last seven days.'}
      </p>
    </Confirm>
  )
}
