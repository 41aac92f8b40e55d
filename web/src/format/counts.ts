/** How many of something there are: `1 customer`, `1,200 customers`. */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString()} ${count === 1 ? noun : `${noun}s`}`

/** One of many: `taxes` is `tax`, `entries` is `entry`, `plans` is `plan`. */
export const singular = (plural: string): string =>
  plural.replace(/ies$/, 'y').replace(/xes$/, 'x').replace(/s$/, '')
