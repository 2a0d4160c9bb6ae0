// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A directory that looks like /sys to the code that reads it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

class FakeSysfs {
  public:
    FakeSysfs() {
        std::string pattern = std::filesystem::temp_directory_path() / "mcfwd-sysfs-XXXXXX";
        root_ = mkdtemp(pattern.data());
    }
    ~FakeSysfs() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    FakeSysfs(const FakeSysfs&) = delete;
    FakeSysfs& operator=(const FakeSysfs&) = delete;

    [[nodiscard]] const std::filesystem::path& root() const { return root_; }

    void file(const std::string& path, const std::string& content) const {
        std::filesystem::create_directories((root_ / path).parent_path());
        std::ofstream(root_ / path) << content << '\n';
    }

    void pci_device(const std::string& address, const std::string& pci_class,
                    const std::string& driver) const {
        const auto device = "bus/pci/devices/" + address;
        file(device + "/class", pci_class);
        file(device + "/vendor", "0x8086");
        file(device + "/device", "0x1572");
        if (!driver.empty()) {
            std::filesystem::create_symlink("../../../bus/pci/drivers/" + driver, root_ / device / "driver");
        }
    }

  private:
    std::filesystem::path root_;
};
