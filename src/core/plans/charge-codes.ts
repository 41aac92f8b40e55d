/**
 * The code of a charge sent without one: the metric's code if free on the plan, else `<code>_<n>`, where n is one
 * more than the largest numeric suffix in use, so that the second is `seats_2` (docs/rules/plans.md).
 */
export function freeChargeCode(metricCode: string, taken: ReadonlySet<string>): string {
  if (!taken.has(metricCode)) return metricCode
  const prefix = `${metricCode}_`
  let largest = 1
  for (const code of taken) {
    const suffix = code.startsWith(prefix) ? code.slice(prefix.length) : ''
    if (/^\d{1,9}$/.test(suffix)) largest = Math.max(largest, Number(suffix))
  }
  return `${prefix}${largest + 1}`
}
