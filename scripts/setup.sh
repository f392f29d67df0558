# Sourced by the other scripts: finding the JDK, and the distribution's packages that a machine lacks.

# Sets JAVA_HOME to a JDK 25: JAVA_HOME itself, then the usual places.
need_jdk() {
  local home
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/*; do
    if [ -x "$home/bin/javac" ] && grep -qsE '^JAVA_VERSION="25[."]' "$home/release"; then
      export JAVA_HOME="$home"
      return
    fi
  done
  echo "a JDK 25 is needed: package temurin-25-jdk or openjdk-25-jdk-headless; or set JAVA_HOME" >&2
  exit 4
}

# need_packages yes|no PROGRAM=PACKAGE ...: as root, and if allowed, installs the packages whose program is missing, saying so;
# otherwise prints the line that would.
need_packages() {
  local allowed=$1 pair program packages=()
  shift
  for pair in "$@"; do
    program=${pair%%=*}
    PATH="$PATH:/usr/sbin:/sbin" command -v "$program" > /dev/null || packages+=("${pair#*=}")
  done
  [ ${#packages[@]} -gt 0 ] || return 0
  if [ "$allowed" = yes ] && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    echo "installing: apt-get install -y --no-install-recommends ${packages[*]}" >&2
    if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"; } > /dev/null; then
      echo "apt-get failed; going on without: ${packages[*]}" >&2
    fi
  else
    echo "missing: sudo apt-get install --no-install-recommends ${packages[*]}" >&2
  fi
}
