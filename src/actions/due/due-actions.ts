import type { DueActions } from './run-due.ts'

/** What is done for each kind of due item. */
export const dueActions = {} as DueActions
