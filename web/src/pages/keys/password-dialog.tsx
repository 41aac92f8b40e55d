import { useMutation } from '@tanstack/react-query'
import { type FormEvent, type ReactElement, useEffect, useId, useState } from 'react'
import { type ApiProblem, send } from '../../api/client.ts'
import { textOfProblem } from '../../api/problem-texts.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'

/** Asks for the password again when the server wants it, and goes on with what was refused. */
export function PasswordDialog(props: {
  readonly problem: ApiProblem | null
  readonly onConfirmed: () => void
}): ReactElement | null {
  const { problem, onConfirmed } = props
  const isAsked = problem?.code === 'password_confirmation_required'
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  useEffect(() => setOpen(isAsked), [isAsked])
  const confirm = useMutation<unknown, ApiProblem, string>({
    mutationFn: (password) => send('POST', '/api/weir/v1/session/confirm', { password }),
    onSuccess: () => {
      setOpen(false)
      onConfirmed()
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    confirm.mutate(String(new FormData(event.currentTarget).get('password')))
  }
  return (
    <Dialog title="Confirm your password" isOpen={isOpen} onClose={() => setOpen(false)}>
      <form className="stack" onSubmit={submit}>
        <p className="muted">Keys open the whole organization, so this asks again for who you are.</p>
        <div className="field">
          <label htmlFor={id}>Password</label>
          <input
            id={id}
            name="password"
            type="password"
            className="input"
            autoComplete="current-password"
            required
          />
        </div>
        {confirm.error && (
          <p className="field-error" role="alert">
            {textOfProblem(confirm.error)}
          </p>
        )}
        <Button type="submit" kind="primary" isBusy={confirm.isPending}>
          Confirm
        </Button>
      </form>
    </Dialog>
  )
}
