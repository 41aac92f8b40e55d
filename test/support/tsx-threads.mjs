// Lets the threads of a process that runs from its sources read TypeScript: tsx itself only prepares the main thread.
// Loaded with --import beside tsx, which threads inherit.
import { isMainThread } from 'node:worker_threads'
import { register } from 'tsx/esm/api'

if (!isMainThread) register()
