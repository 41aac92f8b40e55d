import type { ReactElement } from 'react'
import { textOfProblem } from '../api/problem-texts.ts'
import { useWrite, type Write } from '../api/queries.ts'
import { ApiCallButton } from './api-call.tsx'
import { Button } from './button.tsx'
import { useToasts } from './toast.tsx'

/** The actions of a dialog in which something is done once more: by a button, or by the API. */
export function RepeatActions(props: {
  readonly write: Write
  readonly label: string
  /** What is said once it has been asked for. */
  readonly done: string
}): ReactElement {
  const write = useWrite()
  const toasts = useToasts()
  const repeat = () =>
    write.mutate(props.write, {
      onSuccess: () => toasts.success(props.done),
      onError: (problem) => toasts.error(textOfProblem(problem)),
    })
  return (
    <>
      <ApiCallButton write={props.write} />
      <span className="grow" />
      <Button kind="primary" icon="subscription" isBusy={write.isPending} onClick={repeat}>
        {props.label}
      </Button>
    </>
  )
}
