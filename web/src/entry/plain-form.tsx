import { type FormEvent, type ReactElement, type ReactNode, useId } from 'react'
import type { ApiProblem } from '../api/client.ts'
import { textOfCode } from '../api/problem-texts.ts'
import { Button } from '../parts/button.tsx'
import { noticeOf } from './plain-problem.ts'

/** A short form outside of an organization. */
export function PlainForm(props: {
  readonly verb: string
  readonly isBusy: boolean
  readonly problem: ApiProblem | null
  /** Missing where the page has a script of its own, which also enables the button. */
  readonly onSubmit?: (values: Readonly<Record<string, string>>) => void
  readonly children: ReactNode
}): ReactElement {
  const notice = props.problem && noticeOf(props.problem)
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const values = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>
    props.onSubmit?.(values)
  }
  return (
    // Whatever becomes of the scripts, a password must not get into the address.
    <form className="stack" method="post" onSubmit={send}>
      <p className="notice notice-danger" role="alert" hidden={notice === null}>
        {notice}
      </p>
      {props.children}
      <Button type="submit" kind="primary" isBusy={props.isBusy} disabled={!props.onSubmit}>
        {props.verb}
      </Button>
    </form>
  )
}

/** A labelled input of a short form, with the server's errors under it. */
export function PlainField(props: {
  readonly name: string
  readonly label: string
  readonly type?: 'text' | 'email' | 'password'
  readonly autoComplete: string
  readonly help?: string
  readonly initial?: string
  readonly minLength?: number
  readonly problem: ApiProblem | null
  readonly isFocused?: boolean
}): ReactElement {
  const id = useId()
  const codes = props.problem?.details[props.name]
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        name={props.name}
        className="input input-large"
        type={props.type ?? 'text'}
        autoComplete={props.autoComplete}
        defaultValue={props.initial}
        minLength={props.minLength}
        required
        // biome-ignore lint/a11y/noAutofocus: the only thing to do on the page.
        autoFocus={props.isFocused}
        aria-invalid={codes ? true : undefined}
        aria-describedby={`${id}-help`}
      />
      <p id={`${id}-help`} className={codes ? 'field-error' : 'help'}>
        {codes ? codes.map(textOfCode).join(' ') : props.help}
      </p>
    </div>
  )
}
