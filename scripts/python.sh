# To be sourced, from the root of the tree: the Python of the tests, in .venv, made anew when its requirements change.
# Sets PATH, PROTOC and PYTHON.

scripts/setup.sh python3 python3-venv
venv=.venv
if ! cmp -s Tests/Interop/requirements.txt $venv/requirements.txt 2> /dev/null; then
  rm -rf $venv
  python3 -m venv $venv
  $venv/bin/pip install -q --disable-pip-version-check -r Tests/Interop/requirements.txt
  cp Tests/Interop/requirements.txt $venv/requirements.txt
fi
export PATH="$PWD/$venv/bin:$PATH" PROTOC="$PWD/$venv/bin/protoc" PYTHON="$PWD/$venv/bin/python"
