// Reads orders from standard input, one a line ("customer article quantity price"), and prints what a
// shop would want to know. A program like many: streams, strings, containers, algorithms, virtual
// functions and closures.
#include <algorithm>
#include <cmath>
#include <functional>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

struct Order {
    std::string customer, article;
    unsigned quantity = 0;
    double price = 0;
    double total() const { return quantity * price; }
};

class Report {
  public:
    virtual ~Report() = default;
    virtual void add(const Order &order) = 0;
    virtual void print(std::ostream &out) const = 0;
};

class Totals : public Report {
  public:
    Totals(std::string title, std::function<std::string(const Order &)> key)
        : title(std::move(title)), key(std::move(key)) {}

    void add(const Order &order) override { totals[key(order)].push_back(order.total()); }

    void print(std::ostream &out) const override {
        out << title << '\n';
        for (const auto &[name, values] : totals) {
            double sum = std::accumulate(values.begin(), values.end(), 0.0);
            std::vector<double> sorted = values;
            std::nth_element(sorted.begin(), sorted.begin() + sorted.size() / 2, sorted.end());
            out << "  " << std::left << std::setw(10) << name << std::right << std::setw(3)
                << values.size() << std::fixed << std::setprecision(2) << std::setw(12) << sum
                << std::setw(10) << sorted[sorted.size() / 2] << '\n';
        }
    }

  private:
    std::string title;
    std::function<std::string(const Order &)> key;
    std::map<std::string, std::vector<double>> totals;
};

class Deviation : public Report {
  public:
    void add(const Order &order) override {
        double difference = order.total() - mean;
        mean += difference / ++count;
        squares += difference * (order.total() - mean);
    }

    void print(std::ostream &out) const override {
        out << "mean " << std::setprecision(6) << mean << ", deviation " << std::scientific
            << std::sqrt(squares / (count - 1)) << std::defaultfloat << '\n';
    }

  private:
    unsigned count = 0;
    double mean = 0, squares = 0;
};

int main() {
    std::vector<std::unique_ptr<Report>> reports;
    reports.push_back(std::make_unique<Totals>("By customer", [](const Order &o) { return o.customer; }));
    reports.push_back(std::make_unique<Totals>("By article", [](const Order &o) { return o.article; }));
    reports.push_back(std::make_unique<Deviation>());

    std::unordered_map<std::string, std::size_t> words;
    std::vector<Order> orders;
    std::size_t refused = 0;
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream fields(line);
        Order order;
        if (!(fields >> order.customer >> order.article >> order.quantity >> order.price)) {
            refused++;
            continue;
        }
        words[order.customer]++, words[order.article]++;
        orders.push_back(order);
        for (auto &report : reports) report->add(order);
    }
    for (const auto &report : reports) report->print(std::cout);

    std::stable_sort(orders.begin(), orders.end(),
                     [](const Order &a, const Order &b) { return a.total() > b.total(); });
    std::string largest;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, orders.size()); i++)
        largest += (i ? ", " : "") + orders[i].customer + "/" + orders[i].article + " " +
                   std::to_string(orders[i].total());
    std::cout << "largest: " << largest << '\n'
              << orders.size() << " orders, " << refused << " refused, " << words.size()
              << " words\n";
    return refused > 0 ? 3 : 0;
}
