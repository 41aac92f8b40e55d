import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { ApiProblem, type Method, send } from '../api/client.ts'
import { textOfProblem } from '../api/problem-texts.ts'
import { afterItem, isOver, type Task, type TaskItem, type TaskKind } from './task.ts'
import { changeTask, findTask, useTasks } from './task-store.ts'

/** How many requests of a task are under way at a time. */
const LANES = 2
const TRIES = 3
const WAIT_MS = 1000

const REQUESTS: Readonly<Record<TaskKind, (id: string) => { method: Method; path: string }>> = {
  finalize_invoices: (id) => ({ method: 'PUT', path: `/api/v1/invoices/${id}/finalize` }),
}

/** Codes that say something else about an object of a task than in general. */
const REASONS: Readonly<Record<string, string>> = {
  invoice_not_found: 'It is no longer a draft.',
  cannot_finalize_with_pending_taxes: 'Its taxes are not known yet.',
}

/** What may be gone in a moment: no connection, a server that starts, the same request still running. */
const isPassing = (problem: ApiProblem): boolean =>
  problem.status === 0 || problem.status === 409 || problem.status === 429 || problem.status >= 502

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Why an item failed; null when it is done. */
async function tryItem(task: Task, { id }: TaskItem): Promise<string | null> {
  const { method, path } = REQUESTS[task.kind](id)
  for (let attempt = 1; ; attempt += 1) {
    try {
      // With the same key a request that a reload interrupted is answered again and not done again.
      await send(method, path, undefined, undefined, `${task.id}-${id}`)
      return null
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (!isPassing(error) || attempt === TRIES) return REASONS[error.code ?? ''] ?? textOfProblem(error)
      await pause(WAIT_MS * attempt)
    }
  }
}

/** Works through a task until it is over or `isLeft` says that its organization is no longer open. */
async function runTask(id: string, isLeft: () => boolean): Promise<void> {
  const taken = new Set<string>()
  const lane = async () => {
    while (!isLeft()) {
      const task = findTask(id)
      if (!task || task.isStopped) return
      const item = task.waiting.find((each) => !taken.has(each.id))
      if (!item) return
      taken.add(item.id)
      const reason = await tryItem(task, item)
      if (!isLeft()) changeTask(id, (now) => afterItem(now, item, reason))
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}

/**
 * Runs the tasks of the organization that is open, and those that a reload interrupted. Of several windows only one
 * runs a task, where the browser can tell; otherwise the keys of the requests keep them from being done twice.
 */
export function useTaskRunner(organization: string): void {
  const client = useQueryClient()
  const ids = useTasks(organization)
    .filter((task) => !isOver(task))
    .map(({ id }) => id)
    .join(' ')
  useEffect(() => {
    if (ids === '') return
    let isLeft = false
    const run = async () => {
      for (const id of ids.split(' ')) await runTask(id, () => isLeft)
      await client.invalidateQueries()
    }
    if (navigator.locks) void navigator.locks.request(`weir-tasks ${organization}`, run)
    else void run()
    return () => {
      isLeft = true
    }
  }, [ids, organization, client])
}
