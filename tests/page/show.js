/** Shows what the training gives, and what the page's policy forbade meanwhile. */
export async function show(train) {
  const violations = [];
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
    violations.push(`${effectiveDirective} ${blockedURI}`),
  );
  const threads = Number(new URLSearchParams(location.search).get('threads'));
  const output = document.querySelector('output');
  try {
    output.textContent = JSON.stringify({ ...(await train(threads)), violations });
  } catch (error) {
    output.textContent = JSON.stringify({ error: String(error), violations });
  }
}
