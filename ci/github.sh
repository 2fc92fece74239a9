#!/usr/bin/env bash
# The step of action.yml: annotations and summary, SARIF, and one comment that is updated in place.
set -uo pipefail

work=${RUNNER_TEMP:-$(mktemp -d)}
output=${GITHUB_OUTPUT:-/dev/null}

arguments=(--since "$SINCE" --fail-on "${FAIL_ON:-blocked}" --no-progress)
read -r -a paths <<<"${PATHS:-.}"
read -r -a deployed <<<"${DEPLOYED:-}"
for revision in "${deployed[@]}"; do
  arguments+=(--deployed "$revision")
done
if [[ "${STRICT:-false}" == true ]]; then
  arguments+=(--strict)
fi

columnist check "${arguments[@]}" --format github "${paths[@]}"
status=$?
if [[ $status -eq 2 ]]; then
  exit 2
fi

columnist check "${arguments[@]}" --format sarif "${paths[@]}" >"$work/columnist.sarif"
columnist check "${arguments[@]}" --format markdown "${paths[@]}" >"$work/columnist.md"
verdict=$(sed -n 's/^### [^ ]* columnist: //p' "$work/columnist.md" | head -n 1)
{
  echo "verdict=$verdict"
  echo "sarif=$work/columnist.sarif"
} >>"$output"

if [[ "${COMMENT:-false}" == true && -n "${PULL_REQUEST:-}" ]]; then
  # The comment of an earlier run begins with the same marker.
  marker=$(head -n 1 "$work/columnist.md")
  comments="repos/$REPOSITORY/issues/$PULL_REQUEST/comments"
  known=$(gh api --paginate "$comments" --jq ".[] | select(.body | startswith(\"$marker\")) | .id" | head -n 1)
  if [[ -n "$known" ]]; then
    gh api --silent -X PATCH "repos/$REPOSITORY/issues/comments/$known" -F "body=@$work/columnist.md"
  else
    gh api --silent "$comments" -F "body=@$work/columnist.md"
  fi
fi
exit "$status"
