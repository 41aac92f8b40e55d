import { type ReactElement, useState } from 'react'
import { useOrganization } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Link, useAt } from '../parts/link.tsx'
import { useTaskRunner } from './run-tasks.ts'
import { doneOf, isOver, type Task, withFailedAgain } from './task.ts'
import { changeTask, dropTask, useTasks } from './task-store.ts'

const WORDS = {
  finalize_invoices: {
    title: 'Finalize invoices',
    running: 'Finalizing',
    done: 'finalized',
    path: (id: string) => `/invoices/${id}`,
  },
} as const

function stateOf(task: Task): string {
  const { running, done } = WORDS[task.kind]
  const of = task.total.toLocaleString()
  if (!isOver(task)) return `${running} ${(task.total - task.waiting.length).toLocaleString()} of ${of}`
  const failed = task.failed.length > 0 ? `, ${task.failed.length.toLocaleString()} failed` : ''
  return `${doneOf(task).toLocaleString()} of ${of} ${done}${failed}`
}

/** Long work that goes on while other pages are open: how far it is, and what came of it. */
export function TaskIndicator(): ReactElement | null {
  const { slug } = useOrganization()
  useTaskRunner(slug)
  const tasks = useTasks(slug)
  const [opened, setOpened] = useState<string | null>(null)
  const shown = tasks.find(({ id }) => id === opened)
  return (
    <>
      {tasks.map((task) => (
        <Button key={task.id} kind="quiet" className="task-button" onClick={() => setOpened(task.id)}>
          {stateOf(task)}
        </Button>
      ))}
      <span className="visually-hidden" role="status">
        {tasks.filter(isOver).map(stateOf).join('. ')}
      </span>
      {shown && <TaskDialog task={shown} onClose={() => setOpened(null)} />}
    </>
  )
}

function TaskDialog({ task, onClose }: { readonly task: Task; readonly onClose: () => void }): ReactElement {
  const at = useAt()
  const { title, path } = WORDS[task.kind]
  const over = isOver(task)
  const actions = (
    <>
      <span className="grow" />
      {over ? (
        <Button
          onClick={() => {
            dropTask(task.id)
            onClose()
          }}
        >
          Put away
        </Button>
      ) : (
        <Button onClick={() => changeTask(task.id, (now) => ({ ...now, isStopped: true }))}>Stop</Button>
      )}
      {over && task.waiting.length > 0 && (
        <Button kind="primary" onClick={() => changeTask(task.id, (now) => ({ ...now, isStopped: false }))}>
          Go on
        </Button>
      )}
      {over && task.failed.length > 0 && (
        <Button kind="primary" onClick={() => changeTask(task.id, withFailedAgain)}>
          Retry failed
        </Button>
      )}
    </>
  )
  return (
    <Dialog title={title} isOpen onClose={onClose} actions={actions}>
      <div className="stack">
        <p>{stateOf(task)}</p>
        <progress
          className="task-progress"
          aria-label={title}
          max={task.total}
          value={task.total - task.waiting.length}
        />
        {!over && <p className="muted">It goes on while you work elsewhere, and after a reload.</p>}
        {task.failed.length > 0 && (
          <ul className="stack-tight" aria-label="Failed">
            {task.failed.map(({ id, label, reason }) => (
              <li key={id}>
                <Link href={at(path(id))}>{label}</Link> <span className="muted">{reason}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  )
}
