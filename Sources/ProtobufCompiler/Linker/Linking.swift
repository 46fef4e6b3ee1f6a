// The phases in order.
import ProtobufRuntime

extension FileLinker {
  /// Links `file` and enters it into the workspace, with what could be settled even where there are errors.
  func link(
    _ parsed: consuming FileDescriptorProto, imports: FileImports, types: OptionTypes, includesSourceInfo: Bool,
    reportsUnusedImports: Bool
  ) {
    var file = parsed
    workspace.files.append(
      LinkedFile(
        name: fileName, descriptor: FileDescriptorProto(), sourcePath: sourcePath, edition: edition,
        imports: imports.files.map(\.id), optionImports: imports.optionFiles.map(\.id),
        publicImports: publicImports(of: file, imports), package: .root))

    declare(file)
    workspace.files[Int(id)].package = package
    showImports(imports)
    resolve(&file)
    workspace.files[Int(id)].descriptor = file
    if table != nil { checkStructure(file) }
    if !hasErrors {
      interpretOptions(&file, types: types)
      workspace.files[Int(id)].descriptor = file
      types.forget(file: id)
      settleFeatures(file)
    }
    if table == nil { claimExtensions(of: file) }
    if !hasErrors, table != nil {
      checkRules(file)
      checkImports(file, imports)
      if !hasErrors { checkStyle(file) }
      if reportsUnusedImports { warnOfUnusedImports(file, imports) }
    }
    if includesSourceInfo, let table {
      workspace.files[Int(id)].sourceInfo = SerializedSourceInfo(table.sourceCodeInfo(optionPaths: optionPaths))
    }
  }

  /// What is compiled for the full runtime cannot use what is compiled for the lite one.
  private func checkImports(_ file: FileDescriptorProto, _ imports: FileImports) {
    guard file.options?.optimizeFor != .liteRuntime else { return }
    for (index, imported) in imports.files {
      let other = workspace.files[Int(imported)]
      if other.descriptor.options?.optimizeFor == .liteRuntime {
        error(
          Path.File.dependency, Int32(truncatingIfNeeded: index),
          message: "Files that do not use optimize_for = LITE_RUNTIME cannot import files which do use this option.  "
            + "This file is not lite, but it imports \"\(other.name)\" which is.")
      }
    }
  }

  private func warnOfUnusedImports(_ file: FileDescriptorProto, _ imports: FileImports) {
    for (index, imported) in imports.files
    where !file.publicDependency.contains(Int32(truncatingIfNeeded: index)) {
      warnUnlessUsed(imported, Path.File.dependency, index)
    }
    for (index, imported) in imports.optionFiles {
      warnUnlessUsed(imported, Path.File.optionDependency, index)
    }
  }

  private func warnUnlessUsed(_ imported: FileID, _ component: Int32, _ index: Int) {
    let file = workspace.files[Int(imported)]
    guard !usedFiles.contains(imported), !file.publicImports.contains(where: usedFiles.contains) else { return }
    warning(
      at: [component, Int32(truncatingIfNeeded: index)], message: "Import \(file.name) is unused.")
  }

  private func publicImports(of file: FileDescriptorProto, _ imports: FileImports) -> [FileID] {
    var result: [FileID] = []
    for (index, imported) in imports.files
    where file.publicDependency.contains(Int32(truncatingIfNeeded: index)) {
      for id in [imported] + workspace.files[Int(imported)].publicImports where !result.contains(id) {
        result.append(id)
      }
    }
    return result
  }

  /// Makes the names of this file, of what it imports, and of what that imports publicly, usable.
  private func showImports(_ imports: FileImports) {
    lookup.show(id, package: package, in: workspace.symbols)
    for (_, imported) in imports.files { show(imported, in: &lookup) }
    optionLookup = lookup
    for (_, imported) in imports.optionFiles { show(imported, in: &optionLookup) }
  }

  private func show(_ imported: FileID, in lookup: inout NameLookup) {
    for id in [imported] + workspace.files[Int(imported)].publicImports {
      lookup.show(id, package: workspace.files[Int(id)].package, in: workspace.symbols)
    }
  }
}
