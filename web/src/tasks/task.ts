/** What is done to each of many objects: how it is called while it runs, and the request for one of them. */
export type TaskKind = 'finalize_invoices'

export type Failure = { readonly id: string; readonly label: string; readonly reason: string }

/** One thing to do, with what it is called in a list of failures. */
export type TaskItem = { readonly id: string; readonly label: string }

/** Long work of this browser: what is left of it is kept, so that it goes on after a reload. */
export type Task = {
  readonly id: string
  readonly organization: string
  readonly kind: TaskKind
  readonly total: number
  readonly waiting: readonly TaskItem[]
  readonly failed: readonly Failure[]
  readonly isStopped: boolean
}

export const isOver = (task: Task): boolean => task.isStopped || task.waiting.length === 0

/** How many are done, of all that there were. */
export const doneOf = (task: Task): number => task.total - task.waiting.length - task.failed.length

/** The task after one of its items was tried; `reason` says why it failed. */
export function afterItem(task: Task, { id, label }: TaskItem, reason: string | null): Task {
  if (!task.waiting.some((item) => item.id === id)) return task
  return {
    ...task,
    waiting: task.waiting.filter((item) => item.id !== id),
    failed: reason === null ? task.failed : [...task.failed, { id, label, reason }],
  }
}

/** The same task with everything that failed waiting again. */
export function withFailedAgain(task: Task): Task {
  const again = task.failed.map(({ id, label }) => ({ id, label }))
  return { ...task, waiting: [...task.waiting, ...again], failed: [], isStopped: false }
}
