import { useBlocker } from '@tanstack/react-router'
import {
  createContext,
  type FormEvent,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { ApiProblem, FieldErrors } from '../api/client.ts'
import { labelOf, textOfField, textOfProblem } from '../api/problem-texts.ts'
import { useWrite, type Write } from '../api/queries.ts'
import { firstUnread, whyUnread } from '../format/typed-number.ts'
import { afterPress } from './after-press.ts'
import { ApiCallButton } from './api-call.tsx'
import { Button } from './button.tsx'
import { forgetDraft, keepDraft, readDraft } from './drafts.ts'
import { isLeavingToSignIn } from './leave.ts'

/** The values of a form: texts as typed, switches, and whatever the page keeps in its own editors. */
export type Values = Readonly<Record<string, unknown>>

export type Form<V extends Values> = {
  readonly values: V
  readonly set: <K extends keyof V & string>(name: K, value: V[K]) => void
  readonly patch: (change: Partial<V>) => void
  /** The sentence under a field; undefined when it is right. */
  readonly errorOf: (name: string) => string | undefined
  readonly touch: (name: string) => void
  readonly isDirty: boolean
  /** False from the moment it is saved on, when the page leaves the form. */
  readonly keepsPage: () => boolean
  readonly isBusy: boolean
  readonly problem: ApiProblem | null
  /** Errors of the last attempt, by field; for the summary. */
  readonly shown: readonly (readonly [field: string, text: string])[]
  readonly submit: () => void
  /** Sends what the form says, or another write in its place; for the answer to what `asks` opened. */
  readonly send: (write?: Write, onRefused?: () => void) => void
  readonly write: Write | null
  readonly draft: { readonly restore: () => void; readonly drop: () => void } | null
}

type FormOptions<V extends Values> = {
  readonly initial: V
  /** Errors that are known without asking the server, by field. */
  readonly check?: (values: V) => Readonly<Record<string, string | undefined>>
  readonly toWrite: (values: V) => Write
  /** The call as it is shown, where something typed is a secret; the real one otherwise. */
  readonly toShow?: (values: V) => Write
  readonly onDone: (answer: unknown) => void
  /** Asks something before a form without errors is sent, and calls `send` with the answer. */
  readonly asks?: (() => void) | undefined
  /** The field at which a refusal is shown that names another one, which the form lacks. */
  readonly fieldOf?: (field: string, values: V) => string
  /** The name under which what was typed is kept for a week; none for forms with secrets. */
  readonly draft?: string
}

/** The state of a form. Errors show on leaving a field, and from then on with each change. */
export function useForm<V extends Values>(options: FormOptions<V>): Form<V> {
  const [values, setValues] = useState(options.initial)
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const [isTried, setTried] = useState(false)
  const [refused, setRefused] = useState<FieldErrors>({})
  const [offered, setOffered] = useState(() => (options.draft ? readDraft<V>(options.draft) : null))
  const { mutate, isPending, error, isSuccess } = useWrite()
  const isSaved = useRef(false)
  const isDirty = !isSuccess && JSON.stringify(values) !== JSON.stringify(options.initial)
  useEffect(() => {
    if (options.draft && isDirty) keepDraft(options.draft, values)
  }, [options.draft, isDirty, values])

  const checked = { ...options.check?.(values), ...unreadOf(values) }
  const problems = Object.entries(checked).filter((each): each is [string, string] => each[1] !== undefined)
  const errorOf = (name: string) => {
    const codes = refused[name]
    if (codes) return textOfField(name, codes)
    return isTried || touched.has(name) ? checked[name] : undefined
  }
  const patch = (change: Partial<V>) => {
    setValues((all) => ({ ...all, ...change }))
    setRefused((all) => Object.fromEntries(Object.entries(all).filter(([name]) => !(name in change))))
  }
  const submit = () => {
    setTried(true)
    if (problems.length > 0) return
    if (options.asks) options.asks()
    else send()
  }
  const send = (write: Write = options.toWrite(values), onRefused?: () => void) =>
    mutate(write, {
      onError: (problem) => {
        setRefused(movedTo((field) => options.fieldOf?.(field, values) ?? field, problem.details))
        onRefused?.()
      },
      onSuccess: (answer) => {
        if (options.draft) forgetDraft(options.draft)
        // Before React knows it: the page goes on at once.
        isSaved.current = true
        options.onDone(answer)
      },
    })
  const refusals = Object.entries(refused).map(([name, codes]) => [name, textOfField(name, codes)] as const)
  return {
    values,
    set: (name, value) => patch({ [name]: value } as unknown as Partial<V>),
    patch,
    errorOf,
    touch: (name) => afterPress(() => setTouched((all) => new Set(all).add(name))),
    isDirty,
    keepsPage: () => isDirty && !isSaved.current,
    isBusy: isPending,
    problem: error,
    shown: isTried ? [...problems, ...refusals] : [],
    submit,
    send,
    write: (options.toShow ?? options.toWrite)(values),
    draft:
      offered && !isDirty ? draftOf(options.draft ?? '', offered, setValues, () => setOffered(null)) : null,
  }
}

/** Why numbers could not be read, by field. */
function unreadOf(values: Values): Record<string, string | undefined> {
  const all: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(values)) {
    const why = whyUnread(firstUnread(value))
    if (why !== undefined) all[name] = why
  }
  return all
}

/** The errors of fields at the fields that stand for them. */
function movedTo(fieldOf: (field: string) => string, details: FieldErrors): FieldErrors {
  const moved: Record<string, readonly string[]> = {}
  for (const [field, codes] of Object.entries(details)) {
    const at = fieldOf(field)
    moved[at] = [...(moved[at] ?? []), ...codes]
  }
  return moved
}

function draftOf<V>(name: string, offered: V, setValues: (values: V) => void, close: () => void) {
  return {
    restore: () => {
      setValues(offered)
      close()
    },
    drop: () => {
      forgetDraft(name)
      close()
    },
  }
}

// biome-ignore lint/suspicious/noExplicitAny: fields read one value of a form whose shape only the page knows.
const FormContext = createContext<Form<any> | null>(null)

// biome-ignore lint/suspicious/noExplicitAny: as above.
export function useFormOfField(): Form<any> {
  const form = useContext(FormContext)
  if (!form) throw new Error('a field outside of a form')
  return form
}

/** The form itself: summary of errors, guard against leaving, buttons. */
export function FormPage<V extends Values>(props: {
  readonly form: Form<V>
  readonly verb: string
  readonly onCancel: () => void
  /** What saving will do, in words. */
  readonly effect?: ReactNode
  /** False for those who may see what is stored and not change it. */
  readonly mayChange?: boolean
  readonly children: ReactNode
}): ReactElement {
  const { form, mayChange = true } = props
  useBlocker({
    shouldBlockFn: () =>
      form.keepsPage() && !window.confirm('Leave without saving? What you typed is kept as a draft.'),
    // Whoever has to sign in again finds the draft afterwards.
    enableBeforeUnload: () => form.keepsPage() && !isLeavingToSignIn(),
  })
  const send = (event: FormEvent) => {
    event.preventDefault()
    form.submit()
  }
  return (
    <FormContext value={form}>
      <form className="form" onSubmit={send} onKeyDown={submitByKey(form.submit)} noValidate>
        {form.draft && (
          <div className="notice notice-info line-between" role="status">
            <span>You left this form before saving. What you typed is still here.</span>
            <span className="line">
              <Button onClick={form.draft.restore}>Continue</Button>
              <Button kind="quiet" onClick={form.draft.drop}>
                Discard
              </Button>
            </span>
          </div>
        )}
        <Summary form={form} />
        {mayChange ? (
          props.children
        ) : (
          <fieldset className="form-locked" disabled>
            {props.children}
          </fieldset>
        )}
        {mayChange && (
          <div className="form-foot">
            {props.effect && <p className="muted">{props.effect}</p>}
            <div className="line">
              <Button type="submit" kind="primary" isBusy={form.isBusy}>
                {props.verb}
              </Button>
              <Button onClick={props.onCancel}>Cancel</Button>
              <span className="grow" />
              {form.write && <ApiCallButton write={form.write} />}
            </div>
          </div>
        )}
      </form>
    </FormContext>
  )
}

/** Ctrl or ⌘ with Enter sends the form from any field. */
const submitByKey = (submit: () => void) => (event: React.KeyboardEvent) => {
  if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
    event.preventDefault()
    submit()
  } else if (
    event.key === 'Enter' &&
    event.target instanceof HTMLInputElement &&
    event.target.type !== 'submit'
  ) {
    event.preventDefault()
  }
}

/** The errors of the last attempt, with links to their fields; takes the focus. */
function Summary<V extends Values>({ form }: { readonly form: Form<V> }): ReactElement | null {
  const ref = useRef<HTMLDivElement>(null)
  const { shown, problem } = form
  const other = problem && Object.keys(problem.details).length === 0 ? textOfProblem(problem) : null
  const key = useMemo(() => JSON.stringify([shown, other]), [shown, other])
  useEffect(() => {
    if (key !== '[[],null]') ref.current?.focus()
  }, [key])
  if (shown.length === 0 && !other) return null
  return (
    <div className="notice notice-danger" role="alert" tabIndex={-1} ref={ref}>
      <h2 className="notice-title">This is not saved yet</h2>
      <ul>
        {shown.map(([field, text]) => (
          <li key={field}>
            <a className="in-text" href={`#field-${field}`}>
              {labelOf(field)}
            </a>
            : {text}
          </li>
        ))}
        {other && <li>{other}</li>}
      </ul>
      {problem?.requestId && <p className="caption">Request {problem.requestId}</p>}
    </div>
  )
}

/** A group of fields with a heading. */
export function Section(props: {
  readonly title: string
  readonly help?: ReactNode
  readonly children: ReactNode
}): ReactElement {
  return (
    <section className="form-section">
      <div className="form-section-head">
        <h2>{props.title}</h2>
        {props.help && <p className="muted">{props.help}</p>}
      </div>
      <div className="form-fields">{props.children}</div>
    </section>
  )
}
