# find_package(polynet CONFIG): the target polynet::polynet.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include("${CMAKE_CURRENT_LIST_DIR}/polynet-targets.cmake")
