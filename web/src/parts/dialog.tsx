import { type ReactElement, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { ApiProblem } from '../api/client.ts'
import { textOfProblem } from '../api/problem-texts.ts'
import { useWrite, type Write } from '../api/queries.ts'
import { ApiCallButton } from './api-call.tsx'
import { Button, IconButton } from './button.tsx'
import { useToasts } from './toast.tsx'

type DialogProps = {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly children: ReactNode
  readonly actions?: ReactNode
  readonly isWide?: boolean
}

/** A modal dialog: the browser keeps the focus inside, closes on Escape and gives the focus back. */
export function Dialog({
  title,
  isOpen,
  onClose,
  children,
  actions,
  isWide,
}: DialogProps): ReactElement | null {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const dialog = ref.current
    if (!dialog) return
    if (isOpen && !dialog.open) dialog.showModal()
    if (!isOpen && dialog.open) dialog.close()
  }, [isOpen])
  if (!isOpen) return null
  return (
    <dialog
      ref={ref}
      className={`dialog ${isWide ? 'dialog-wide' : ''}`}
      aria-labelledby={id}
      onClose={onClose}
    >
      <div className="dialog-head">
        <h2 id={id}>{title}</h2>
        <IconButton icon="close" label="Close" onClick={onClose} />
      </div>
      <div className="dialog-body">{children}</div>
      {actions && <div className="dialog-foot">{actions}</div>}
    </dialog>
  )
}

type ConfirmProps = {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  /** What will happen, in words. */
  readonly children: ReactNode
  /** The verb of the button, such as "Delete metric". */
  readonly verb: string
  readonly write: Write
  readonly isDangerous?: boolean
  /** What has to be typed before the button works. */
  readonly mustType?: string | undefined
  readonly done: string
  readonly onDone?: (answer: unknown) => void
}

/** Asks before a write that cannot be undone; the first focus is on Cancel. */
export function Confirm(props: ConfirmProps): ReactElement {
  const { title, isOpen, onClose, children, verb, write, mustType } = props
  const [typed, setTyped] = useState('')
  const { mutateAsync, isPending, error, reset } = useWrite()
  const toasts = useToasts()
  const id = useId()
  const close = () => {
    reset()
    setTyped('')
    onClose()
  }
  // The write may take away what shows this dialog: callbacks of `mutate` would be lost with it.
  const run = () =>
    mutateAsync(write).then(
      (answer) => {
        toasts.success(props.done)
        close()
        props.onDone?.(answer)
      },
      // It is shown by `error`.
      () => undefined,
    )
  const actions = (
    <>
      <ApiCallButton write={write} />
      <span className="grow" />
      <Button onClick={close} autoFocus>
        Cancel
      </Button>
      <Button
        kind={props.isDangerous ? 'danger' : 'primary'}
        onClick={run}
        isBusy={isPending}
        disabled={mustType !== undefined && typed !== mustType}
      >
        {verb}
      </Button>
    </>
  )
  return (
    <Dialog title={title} isOpen={isOpen} onClose={close} actions={actions}>
      <div className="stack">
        {children}
        {mustType !== undefined && (
          <div className="field">
            <label htmlFor={id}>
              Type <code>{mustType}</code> to go on
            </label>
            <input
              id={id}
              className="input"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </div>
        )}
        {error && <ProblemLine problem={error} />}
      </div>
    </Dialog>
  )
}

/** A refusal in one line. */
export function ProblemLine({ problem }: { readonly problem: ApiProblem }): ReactElement {
  return (
    <p role="alert" className="notice notice-danger">
      {textOfProblem(problem)}
      {problem.requestId && <span className="caption"> Request {problem.requestId}</span>}
    </p>
  )
}
