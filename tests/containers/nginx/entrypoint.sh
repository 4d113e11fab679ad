set -euo pipefail
# Stands in for envsubst: fills in each defined variable.
for template in /etc/nginx/templates/*.template; do
  text=$(<"$template")
  for name in $(compgen -e); do
    text=${text//"\${$name}"/"${!name}"}
  done
  printf '%s\n' "$text" >"/etc/nginx/conf.d/$(basename "$template" .template)"
done
exec "$@"
