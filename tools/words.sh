#!/bin/sh
# Gather the texts people read into the message catalogues: new ones are added untranslated, gone ones leave.
# The tests then name what a translator has to fill in.
set -eu
cd "$(dirname "$0")/.."
babel=.venv/bin/pybabel
for program in ${1:-device host_agent}; do
    mkdir -p "$program/locale"
    template="$(mktemp)"
    "$babel" -q extract -F tools/babel.cfg -k words --sort-output --no-location -o "$template" "$program"
    for language in nl en de fr; do
        po="$program/locale/$language/LC_MESSAGES/$program.po"
        if [ -e "$po" ]; then
            "$babel" -q update --no-fuzzy-matching --ignore-obsolete --no-wrap --ignore-pot-creation-date -D "$program" -i "$template" -o "$po" -l "$language"
        else
            mkdir -p "$(dirname "$po")"
            "$babel" -q init --no-wrap -D "$program" -i "$template" -o "$po" -l "$language"
        fi
    done
    rm -f "$template"
done
.venv/bin/python tools/compile_catalogues.py
